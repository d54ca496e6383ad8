"""bin/demo: a day in the restaurant, played through HTTP and WebSocket as the mini-program does."""
