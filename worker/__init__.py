"""The Celery worker: the same services behind another door."""
