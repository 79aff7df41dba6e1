"""Side by side with what people use today: an adapter for runners that live elsewhere."""
