"""Analysis of questions: what they ask for, and how a conversation completes them."""
