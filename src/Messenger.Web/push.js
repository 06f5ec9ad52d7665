// Pushes to this browser, where the person allowed notifications and this page has a service worker.

/** @param {any} client */
export async function subscribe(client) {
  if (globalThis.Notification?.permission !== 'granted') return;
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration?.pushManager) return;
  await client.connected();
  await client.account.subscribe(registration.pushManager);
}
