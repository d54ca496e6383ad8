"""The views: each file holds the endpoints below one part of the URL, declared and handed on."""
