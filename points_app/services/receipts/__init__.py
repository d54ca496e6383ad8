"""Receipts: handed in, read, held against the rules, decided by the shop's people."""
