// The page works offline: what was fetched last is shown where there is no network. Nothing of a conversation passes through here.
const CACHE = 'messenger-page';

self.addEventListener('install', event => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', event => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== location.origin || !(pathname === '/' || pathname.startsWith('/web/'))) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    try {
      const response = await fetch(event.request);
      if (response.ok) await cache.put(event.request, response.clone());
      return response;
    } catch (fault) {
      const kept = await cache.match(event.request, { ignoreSearch: true });
      if (kept) return kept;
      throw fault;
    }
  })());
});

// A push says that there is something, and where: what it is, the page fetches (REG-9).
const SAID = {
  en: ['New message', 'Something happened to your account'], de: ['Neue Nachricht', 'Mit deinem Konto ist etwas geschehen'],
  es: ['Mensaje nuevo', 'Ha pasado algo con tu cuenta'], ar: ['رسالة جديدة', 'حدث شيء في حسابك'], ru: ['Новое сообщение', 'С вашей учётной записью что-то произошло'],
};
const NIL = '00000000-0000-0000-0000-000000000000';

self.addEventListener('push', event => event.waitUntil((async () => {
  const { badge, conversationUuid, kind } = event.data?.json() ?? {};
  if (badge !== undefined) await (badge > 0 ? navigator.setAppBadge?.(badge) : navigator.clearAppBadge?.());
  const pages = await self.clients.matchAll({ type: 'window' });
  if (pages.some(page => page.visibilityState === 'visible')) return; // it shows by itself what there is
  const [message, account] = SAID[navigator.language.split('-')[0]] ?? SAID.en;
  if (!conversationUuid) {
    // A lower badge alone: what was read elsewhere need not be told any more.
    if (badge === 0) for (const shown of await self.registration.getNotifications()) shown.close();
    return;
  }
  const about = conversationUuid === NIL;
  await self.registration.showNotification('Messenger', {
    body: about ? account : message, tag: about ? `account-${kind ?? 'test'}` : conversationUuid.toLowerCase(), icon: '/web/icon.svg', data: { conversation: about ? '' : conversationUuid.toLowerCase() },
  });
})()));

self.addEventListener('notificationclick', event => {
  event.notification.close();
  const { conversation } = event.notification.data ?? {};
  event.waitUntil((async () => {
    const [page] = await self.clients.matchAll({ type: 'window' });
    if (!page) return self.clients.openWindow(conversation ? `/#${conversation}` : '/');
    page.postMessage({ open: conversation });
    return page.focus();
  })());
});
