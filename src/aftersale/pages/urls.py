"""Map addresses to pages."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from aftersale.pages import acting, home, imports, queue, tasks, ticket

urlpatterns = [
    path("", home.start, name="start"),
    path("home/", home.home, name="home"),
    path("queue/", queue.queue, name="queue"),
    path("queue/counters/", queue.counters_part, name="queue_counters"),
    path("search/", queue.search, name="search"),
    path("tickets/<int:ticket_id>/", ticket.ticket, name="ticket"),
    path("tickets/<int:ticket_id>/approve/", acting.approve, name="approve"),
    path("tickets/<int:ticket_id>/propose/", acting.propose, name="propose"),
    path("tickets/<int:ticket_id>/refuse/", acting.refuse, name="refuse"),
    path("tickets/<int:ticket_id>/answer/", acting.answer, name="answer"),
    path("tickets/<int:ticket_id>/withdraw/<slug:fact>/", acting.withdraw, name="withdraw"),
    path("tickets/<int:ticket_id>/note/", acting.note, name="note"),
    path("tickets/<int:ticket_id>/assign/", acting.assign, name="assign"),
    path("actions/<int:action_id>/", acting.action, name="action"),
    path("actions/<int:action_id>/cancel/", acting.cancel, name="cancel"),
    path("actions/<int:action_id>/confirm/", acting.confirm, name="confirm"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:task_id>/done/", tasks.done, name="task_done"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:import_id>/", imports.one, name="import"),
    path("imports/<int:import_id>/cancel/", imports.cancel, name="import_cancel"),
    path("parked/<int:row_id>/drop/", imports.drop, name="parked_drop"),
    path("parked/<int:row_id>/again/", imports.again, name="parked_again"),
    path("language/", set_language, name="set_language"),
]
