"""Receipts, from both sides of the counter."""
