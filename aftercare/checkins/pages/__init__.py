"""Content of the patient's pages: today, result, history, and the lead above them."""
