"""Measures the receipt reader: `bench/reading`."""
