"""Put a price on each lawful way to settle a ticket, part by part with sources; values in, values out."""
