"""Weights from elsewhere and to elsewhere: where the published ones lie, fetching them, and the Hugging Face hub."""
