"""What guests and staff are shown of accounts."""
