"""Conversations that stay, each with its person."""
