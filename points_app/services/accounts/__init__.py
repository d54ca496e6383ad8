"""Guests and staff: logging in, sessions, the profile, roles, applications."""
