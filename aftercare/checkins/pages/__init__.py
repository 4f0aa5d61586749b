"""The contents of the patient's pages: today, a result, the history, and the lead above all of them."""
