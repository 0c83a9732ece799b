"""What a user's mistake looks like: one clear sentence, never a traceback."""


class LenetError(Exception):
    """Something the user can mend; the message says what is wrong, with what, and how to mend it."""


class LenetWarning(UserWarning):
    """Something that changes what the results mean, but need not stop the work."""
