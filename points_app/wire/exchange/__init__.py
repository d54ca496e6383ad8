"""What guests and staff are shown of goods and orders."""
