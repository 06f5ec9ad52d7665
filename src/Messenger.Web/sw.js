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
