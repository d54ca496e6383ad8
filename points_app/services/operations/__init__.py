"""The installation itself: backups, health, figures, the doctor, the first data."""
