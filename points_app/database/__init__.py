"""The database: how it is reached, the one way to write, and the statements of the hot paths."""
