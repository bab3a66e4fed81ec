"""The demo campaign «Demain Marseille»: invented people in real places, made through the product's own doors."""
