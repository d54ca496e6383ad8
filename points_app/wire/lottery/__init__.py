"""What guests and staff are shown of the wheel and of draws."""
