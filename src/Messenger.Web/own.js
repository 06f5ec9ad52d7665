// What one person alone has of a conversation: muted, pinned, archived.
import { attempt } from './dom.js';
import { t } from './i18n.js';

const HOUR = 3_600_000;
const FOR_EVER = -1;

/** What can be done with it, as items of a menu or a list of actions; none where the server keeps no preferences. @param {any} client @param {string} key */
export function preferenceItems(client, key) {
  if (!client.model.offers('preferences')) return [];
  const { preferences } = client;
  const { pinned, archived } = preferences.of(key);
  const mute = until => attempt(() => preferences.mute(key, until));
  return [
    { icon: 'pin', label: pinned ? t('Unpin') : t('Pin'), run: () => attempt(() => preferences.pin(key, !pinned)) },
    ...(preferences.isMuted(key) ? [{ icon: 'bell', label: t('Unmute'), run: () => mute(null) }] : [
      { icon: 'mute', label: t('Mute for 8 hours'), run: () => mute(Date.now() + 8 * HOUR) },
      { icon: 'mute', label: t('Mute'), run: () => mute(FOR_EVER) },
    ]),
    { icon: 'archive', label: archived ? t('Out of the archive') : t('Archive'), run: () => attempt(() => preferences.archive(key, !archived)) },
  ];
}
