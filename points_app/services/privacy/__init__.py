"""What is known of a person: encrypted, handed out to them, forgotten when its time is over."""
