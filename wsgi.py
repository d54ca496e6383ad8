"""What gunicorn and `flask --app wsgi` load."""

import sys

from points_app import create_app
from points_app.config import ConfigurationError

try:
    app = create_app()
except ConfigurationError as error:
    sys.exit(f"{error}\n.env.example explains every variable.")
