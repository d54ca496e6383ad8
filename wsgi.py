"""What gunicorn and `flask --app wsgi` load."""

from points_app import create_app
from points_app.start import asks_for_help, check_surroundings, is_command, read_settings

if asks_for_help():
    from points_app.cli import commands_alone

    app = commands_alone()
else:
    app = create_app(read_settings())
    if not is_command():  # commands check for themselves (points_app.cli): some must help
        check_surroundings(app)
