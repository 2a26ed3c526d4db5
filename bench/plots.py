"""The plots of bench/README.md."""


def write(rows, folder):
    """Writes the pictures for rows into a folder."""
