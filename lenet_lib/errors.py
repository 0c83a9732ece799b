"""What a user's mistake looks like: one clear sentence, never a traceback."""


class LenetError(Exception):
    """What the user can mend; the message says what is wrong, with what, and the way out."""


class LenetWarning(UserWarning):
    """Something that changes what the results mean, but need not stop the work."""
