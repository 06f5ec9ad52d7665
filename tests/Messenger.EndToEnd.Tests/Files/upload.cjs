// Uploads a file with tus-js-client: begins at one server, has its connection cut on the way, and goes on at another.
//   node upload.cjs MODULES FIRST SECOND FILE AUTHORIZATION METADATA CUT
const [, , modules, first, second, file, authorization, metadata, cut] = process.argv;
const fs = require('fs');
const tus = require(`${modules}/tus-js-client`);

const size = fs.statSync(file).size;
const common = {
  endpoint: `${first}/upload`,
  uploadSize: size,
  headers: { Authorization: authorization },
  metadata: JSON.parse(metadata),
  retryDelays: [0, 500, 1000, 2000, 4000, 4000],
};

function run(options, stopAt) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(fs.createReadStream(file), {
      ...common,
      ...options,
      onError: reject,
      onSuccess: () => resolve(upload.url),
      onProgress: (sent) => {
        if (stopAt && sent >= stopAt) {
          upload.abort().then(() => resolve(upload.url));
        }
      },
      onAfterResponse: (request, response) => {
        if (request.getMethod() === 'HEAD') {
          console.log(`offset ${response.getHeader('Upload-Offset')}`);
        }
      },
    });
    upload.start();
  });
}

(async () => {
  const url = await run({}, Number(cut));
  await run({ uploadUrl: url.replace(first, second) });
  console.log('done');
})().catch((fault) => {
  console.error(String(fault));
  process.exit(1);
});
