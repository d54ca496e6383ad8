"""The trail of what merchants, admins and operators did, and who was shown personal data."""
