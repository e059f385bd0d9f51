"""How a service says no."""


class Conflict(Exception):
    """The change is not possible as things stand; the message is a sentence for the person who asked."""


class QueueFull(Conflict):
    """Too many requests wait for the same station already."""
