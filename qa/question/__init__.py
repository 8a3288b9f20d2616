"""What a question asks for, and how a conversation completes it."""
