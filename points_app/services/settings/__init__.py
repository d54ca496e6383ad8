"""What a shop changes while the service runs, and its clock."""
