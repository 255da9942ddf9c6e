// Lets this phone or computer show reminders. The page says which words to show; each part of it waits in the markup.
const box = document.querySelector("[data-push-key]");
const form = box.querySelector("form");
const button = form.querySelector("button");

function say(name) {
  for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== name;
}

// The page allows this one policy, and the policy this one address.
const address = globalThis.trustedTypes
  ? trustedTypes.createPolicy("push-worker", { createScriptURL: () => "/push-worker.js" }).createScriptURL("")
  : "/push-worker.js";

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return say("refused");
  // It controls no page: its scope is one where it has nothing to do but open it.
  await navigator.serviceWorker.register(address, { scope: "/me/inbox/" });
  const registration = await navigator.serviceWorker.getRegistration("/me/inbox/");
  await active(registration);
  const key = bytes(box.dataset.pushKey);
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  form.submit();
}

function active(registration) {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (worker.state === "activated") return undefined;
  return new Promise((done) => {
    worker.addEventListener("statechange", () => worker.state === "activated" && done());
  });
}

if (!("serviceWorker" in navigator) || !("PushManager" in globalThis) || !("Notification" in globalThis)) {
  say("impossible");
} else if (Notification.permission === "denied") {
  say("refused");
} else {
  say("possible");
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await subscribe();
    } catch {
      say("failed");
    } finally {
      button.disabled = false;
    }
  });
}
