# The service in one image: web, worker, beat and release differ by their command (compose.yaml).
FROM python:3.11-slim-bookworm AS build
COPY requirements.txt /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        --requirement /requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /home/points points
COPY --from=build /venv /venv
WORKDIR /app
COPY celeryconfig.py gunicorn.conf.py wsgi.py ./
COPY migrations migrations
COPY worker worker
COPY points_app points_app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 3000 8080
# Alive, not ready: a database that is down is no reason to restart the web processes.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', 3000)}/healthz\", timeout=2)"]
CMD ["gunicorn", "wsgi:app"]
