"""Work on a whole local collection: verify and repair, re-embed, back up and restore."""
