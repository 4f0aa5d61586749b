"""What bin/test does, once its virtual environment is there."""
