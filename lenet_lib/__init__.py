"""LeNet on MNIST: the library behind the report's notebooks and its command line."""

__version__ = "0.1.0"
