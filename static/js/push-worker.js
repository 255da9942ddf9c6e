// Runs when a reminder comes, with no page open. Shows the words sealed for this device, and opens the inbox.
addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  const { title = "•", body = "", tag = "", lang = "", dir = "auto" } = told;
  event.waitUntil(registration.showNotification(title, { body, tag, lang, dir }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow("/me/inbox/"));
});
