"""Articles from files, folders, archives, feeds and pages of the web."""
