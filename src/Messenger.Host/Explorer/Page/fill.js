// Examples that can be sent as they are: the protocol's own, with the people and uuids of this session in their places.
import { opaque, uuid } from './person.js';

/** What was learnt on the way: the conversation, key and message that the next request is likely to be about. */
export class World {
  conversationUuid = uuid();
  sessionKeyUuid = uuid();
  messageUuid = uuid();
  /** Two people have one open dialog; what they make besides are groups. */
  hasDialog = false;

  learn({ frame }) {
    const payload = frame?.payload;
    if (!payload) return;
    switch (frame.type) {
      case 'ResponseCreateConversation':
      case 'NotificationAddMemberToConversation':
        this.hasDialog ||= payload.conversation.isDialog;
        this.conversationUuid = payload.conversation.uuid;
        this.sessionKeyUuid = payload.conversation.sessionKeyUuid;
        break;
      case 'ResponseAddedMessage':
      case 'NotificationAddedMessageToConversation':
        if (!payload.message.isEvent) this.messageUuid = payload.message.uuid;
        break;
      case 'ResponseAddedSessionKey':
        this.sessionKeyUuid = payload.sessionKeyUuid;
        break;
      case 'NotificationNewSessionKey':
        this.sessionKeyUuid = payload.sessionKey.uuid;
        break;
    }
  }
}

const wrapped = (me, whom) => ({
  keyEncryptedBase64: opaque(`session key, wrapped for ${whom.name}`),
  signatureBase64: opaque(`signed by ${me.name}`),
  signerKeyPairUuid: null,
  signerUserId: me.userId,
  userId: whom.userId,
});

const contact = peer => ({
  contactId: peer.userId,
  contactIdEncrypted: opaque(peer.openUserId),
  nickEncrypted: opaque(peer.name),
  trustedFingerprintEncrypted: null,
});

const keys = me => ({
  metaDataKeyEncryptedBase64: opaque(`${me.name}'s metadata key, encrypted`),
  nick: opaque(me.name),
  privateKeyEncryptedBase64: opaque(`${me.name}'s private key, encrypted`),
});

/** Where neither the protocol's example nor the name of a field says what to put. */
const own = {
  RequestPing: () => ({ clientVersion: 'explorer', when: Date.now() }),
  RequestRegisterApplication: ({ me }) => ({
    androidSmsToken: null, applicationType: 'web', model: 'Explorer', openUserId: me.openUserId, osVersion: null, userId: me.userId, uuid: me.uuid, vendor: null,
  }),
  RequestConfirmRegistration: ({ me, code }) => ({ smsCode: code ?? '', userId: me.userId, uuid: me.uuid }),
  RequestAuthenticationByApplication: ({ me }) => ({ userId: me.userId, uuid: me.uuid, resumeCursor: me.cursor }),
  RequestUpdateDeviceTokenByApplication: ({ me }) => ({ token: 'a-push-token', userId: me.userId, uuid: me.uuid }),
  RequestDeleteApplication: ({ me }) => ({ uuid: me.uuid }),
  RequestGetRegisteredUsers: ({ me, peer }) => ({ checkUserList: [me.userId, peer.userId] }),
  RequestGetUserInfoMulti: ({ me, peer }) => ({ userIds: [me.userId, peer.userId] }),
  RequestUpdateContactList: ({ peer }) => ({ contactList: [contact(peer)], merge: true }),
  UpdateContact: ({ me, peer }) => ({ contact: contact(peer), userId: me.userId }),
  UpdateParam: () => ({ name: 'theme', value: 'dark' }),
  RequestAddUserKeys: ({ me, example }) => ({ ...keys(me), publicKeyBase64: example.publicKeyBase64 }),
  RequestUpdateUserKeys: ({ me }) => ({ androidSmsToken: null, ...keys(me), openUserId: me.openUserId }),
  RequestUpdateUserNick: ({ me }) => ({ nick: opaque(me.name) }),
  RequestCreateConversationFull: ({ me, peer, world }) => ({
    admins: { [peer.userId]: opaque(`session key, wrapped for ${peer.name}`) },
    conversationUuid: uuid(), isDialog: !world.hasDialog, members: {}, nickEncrypted: opaque(me.name),
    sessionKeyUuid: uuid(), sessionKeyValue: wrapped(me, me), title: null,
  }),
  RequestSendSignal: ({ peer, world }) => ({
    signalUuid: uuid(), callUuid: uuid(), conversationUuid: world.conversationUuid, toUserIds: [peer.userId], sessionKeyUuid: world.sessionKeyUuid,
    ivBase64: opaque('iv'), bodyEncryptedBase64: opaque('an offer, encrypted'), ring: 'start', answered: false,
  }),
  RequestAddMember: ({ me, peer, world }) => added(me, peer, world),
  RequestAddAdmin: ({ me, peer, world }) => added(me, peer, world),
  RequestAddNewSessionKeys: ({ me, peer, world }) => ({
    conversationUuid: world.conversationUuid, sessionKeys: [wrapped(me, me), wrapped(me, peer)],
  }),
  RequestAddMessage: ({ me, peer, world }) => ({
    bodyEncryptedBase64: opaque(`Hello ${peer.name}, it is ${me.name}.`), conversationUuid: world.conversationUuid, hasFiles: false,
    ivBase64: opaque('any 16 bytes'), messageUuid: uuid(), replyMessageUuid: null, sessionKeyUuid: world.sessionKeyUuid,
  }),
  RequestGetMessages: ({ world }) => ({ conversationUuid: world.conversationUuid, fromMessageUuid: null, size: 20 }),
  RequestGetMessagesFromUuid: ({ world }) => ({ conversationUuid: world.conversationUuid, size: 20, uuid: null }),
  RequestRenameConversation: ({ world }) => ({ conversationUuid: world.conversationUuid, title: opaque('Our title') }),
  RequestDeleteUserConfirmation: ({ code }) => ({ code: code ?? '' }),
  RequestConfirmUpdateUserKeys: ({ code }) => ({ smsCode: code ?? '' }),
};

const added = (me, peer, world) => ({
  conversationUuid: world.conversationUuid, sessionKeyUuid: world.sessionKeyUuid, sessionKeyValue: wrapped(me, peer),
});

/** Requests whose userId is somebody else; in the others it is the actor. */
const aboutPeer = new Set(['AddBlackList', 'RemoveBlackList', 'AddUserReport', 'RequestChangeToAdmin', 'RequestKickUser', 'RequestGetUserInfo']);

/** @param scene { me, peer, world, code } */
export function fill({ type, example }, scene) {
  if (own[type]) return own[type]({ ...scene, example });
  const { me, peer, world } = scene;
  const places = {
    userId: aboutPeer.has(type) ? peer.userId : me.userId,
    openUserId: me.openUserId,
    androidSmsToken: null,
    conversationUuid: world.conversationUuid,
    sessionKeyUuid: world.sessionKeyUuid,
    messageUuid: world.messageUuid,
    messageUuids: [world.messageUuid],
    uuids: [world.messageUuid],
    uuid: world.messageUuid,
    nickEncrypted: opaque(me.name),
    reason: 'spam',
  };
  return Object.fromEntries(Object.entries(example).map(([field, value]) => [field, field in places ? places[field] : value]));
}
