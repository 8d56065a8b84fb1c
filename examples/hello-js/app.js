// Greets whoever asks, and shows what a request and a response look like.

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case "GET /hello-js":
        return new Response(`Hello, ${searchParams.get("name") ?? "world"}!\n`);
      case "POST /hello-js/echo":
        return Response.json({ id: crypto.randomUUID(), got: await request.text() });
      case "GET /hello-js/count":
        return new Response(count(), { headers: { "content-type": "text/plain" } });
      default:
        console.log(`nothing at ${pathname}`);
        return new Response("Not Found\n", { status: 404 });
    }
  },
};

/** A body that is written bit by bit. */
async function* count() {
  for (const number of ["one", "two", "three"]) yield `${number}\n`;
}
