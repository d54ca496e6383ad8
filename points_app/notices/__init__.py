"""What guests are told over Redis: what happened, on which channel, and who hands it over."""
