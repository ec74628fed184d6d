from django.urls import path
from orders import views

urlpatterns = [
    path("login", views.log_in),
    path("orders/new", views.show_form),
    path("orders", views.create),
    path("orders/<int:order_id>/close", views.close),
]
