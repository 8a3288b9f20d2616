"""Errors that a user can cause and mend."""


class UserError(Exception):
    """One line that names the file or field and says what to do; shown without a traceback."""
