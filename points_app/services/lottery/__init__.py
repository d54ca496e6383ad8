"""The wheel: its prizes, draws, and what guests won."""
