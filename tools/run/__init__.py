"""What bin/run does, once its virtual environment is there."""
