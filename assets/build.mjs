// Builds static/dist: scripts, the typeface, the style sheet (Tabler's, cut down to what the pages use, plus our own),
// the icons' sprite and the fonts of the papers. Names carry a hash of the content; manifest.json maps plain names to them.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { PurgeCSS } from "purgecss";
import subsetFont from "subset-font";
import { brotliCompressSync, gzipSync } from "node:zlib";

const dist = "static/dist";
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "fonts"), { recursive: true });
const manifest = {};

function put(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const [stem, ending] = [name.replace(/\.\w+$/, ""), name.split(".").pop()];
  const file = `${stem}-${hash}.${ending}`;
  writeFileSync(join(dist, file), content);
  if (ending !== "woff2") {
    writeFileSync(join(dist, `${file}.br`), brotliCompressSync(content));
    writeFileSync(join(dist, `${file}.gz`), gzipSync(content, { level: 9 }));
  }
  manifest[name] = file;
  return file;
}

const pages = readdirSync("assets/js/pages").filter((file) => file.endsWith(".js"));
for (const entry of ["assets/js/app.js", "assets/js/early.js", ...pages.map((file) => `assets/js/pages/${file}`)]) {
  const result = await build({ entryPoints: [entry], bundle: true, minify: true, format: "iife", target: "es2022", write: false });
  put(basename(entry), result.outputFiles[0].contents);
}

const purged = await new PurgeCSS().purge({
  content: ["templates/**/*.html", "assets/js/**/*.js", "training/web/**/*.py", "training/forms/*.py"],
  css: [{ raw: readFileSync("node_modules/@tabler/core/dist/css/tabler.min.css", "utf8") }],
  safelist: ["html", "body", "is-invalid", "active", "disabled", /^\[data-bs-theme/],
  variables: true,
});
// The typeface, cut to the weights in use and into parts by script: a browser fetches a part when a page has its
// letters. The letters of European languages stand apart from the rest of the extended Latin ones, which are rare.
const inter = "node_modules/@fontsource-variable/inter/files/inter";
const parts = [
  ["latin", "latin", [[0x20, 0x7e], [0xa0, 0xff], [0x131, 0x131], [0x152, 0x153], [0x2c6, 0x2c6], [0x2da, 0x2da], [0x2dc, 0x2dc], [0x2000, 0x206f], [0x20ac, 0x20ac], [0x2122, 0x2122], [0x2190, 0x2193], [0x2212, 0x2212], [0x2215, 0x2215]]],
  ["european", "latin-ext", [[0x100, 0x130], [0x132, 0x151], [0x154, 0x17f], [0x18f, 0x18f], [0x1c4, 0x1dc], [0x218, 0x21b], [0x259, 0x259]]],
  ["latin-rest", "latin-ext", [[0x180, 0x18e], [0x190, 0x1c3], [0x1dd, 0x217], [0x21c, 0x258], [0x25a, 0x2ba], [0x1d00, 0x1dbf], [0x1e00, 0x1e9f], [0x20a0, 0x20ab], [0x20ad, 0x20c0], [0x2c60, 0x2c7f], [0xa720, 0xa7ff]]],
  ["vietnamese", "vietnamese", [[0x1ea0, 0x1ef9]]],
  ["cyrillic", "cyrillic", [[0x301, 0x301], [0x400, 0x45f], [0x490, 0x491], [0x4b0, 0x4b1], [0x2116, 0x2116]]],
  ["cyrillic-rest", "cyrillic-ext", [[0x460, 0x48f], [0x492, 0x4af], [0x4b2, 0x52f], [0x20b4, 0x20b4], [0xa640, 0xa69f]]],
  ["greek", "greek", [[0x370, 0x3ff]]],
];
const hex = (code) => code.toString(16).toUpperCase().padStart(4, "0");
const faces = [];
for (const [name, source, ranges] of parts) {
  const letters = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, n) => String.fromCodePoint(from + n)));
  const font = await subsetFont(readFileSync(`${inter}-${source}-wght-normal.woff2`), letters.join(""), {
    targetFormat: "woff2",
    variationAxes: { wght: { min: 400, max: 700, default: 400 } },
  });
  const range = ranges.map(([from, to]) => `U+${hex(from)}${to > from ? `-${hex(to)}` : ""}`).join(",");
  faces.push(
    `@font-face{font-family:Inter;font-weight:400 700;font-display:swap;src:url(${put(`inter-${name}.woff2`, font)}) format("woff2");unicode-range:${range}}`,
  );
}
// Until it is there a face of the machine stands in its place, stretched to its widths and heights, so that nothing jumps.
faces.push(
  '@font-face{font-family:"Inter before it is there";src:local("Arial"),local("Liberation Sans"),local("Helvetica");' +
    "size-adjust:107.4%;ascent-override:90.2%;descent-override:22.48%;line-gap-override:0%}",
);

// Tokens first, because everything uses them; print last, because it has the last word.
const order = ["tokens.css", "base.css"];
const files = readdirSync("assets/css").filter((file) => !order.includes(file) && file !== "print.css").sort();
const own = [...order, ...files, "print.css"].map((file) => readFileSync(join("assets/css", file), "utf8")).join("\n");
const style = await build({
  stdin: { contents: faces.join("") + purged[0].css.replace(/@charset[^;]*;/, "") + own, loader: "css" },
  minify: true,
  write: false,
  legalComments: "none",
});
put("app.css", style.outputFiles[0].contents);

const icons = readFileSync("assets/icons.txt", "utf8").split("\n").filter(Boolean);
const symbols = icons.map((icon) => {
  const svg = readFileSync(`node_modules/@tabler/icons/icons/outline/${icon}.svg`, "utf8");
  const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
  return `<symbol id="${icon}" viewBox="0 0 24 24">${inner}</symbol>`;
});
put("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);

// A folder for each family, because a paper loads only those that its text needs. Chinese, Japanese and Korean are
// there after `make fonts-cjk`. What no font holds is printed in Latin letters.
const weightsOf = { "noto-sans": ["400Regular", "600SemiBold", "700Bold"] };
for (const modules of ["node_modules", "assets/cjk/node_modules"]) {
  const packages = join(modules, "@expo-google-fonts");
  for (const family of existsSync(packages) ? readdirSync(packages) : []) {
    mkdirSync(join(dist, "fonts", family));
    for (const weight of weightsOf[family] ?? ["400Regular", "700Bold"]) {
      const folder = join(packages, family, weight);
      for (const file of readdirSync(folder).filter((name) => /\.(ttf|otf)$/.test(name))) {
        copyFileSync(join(folder, file), join(dist, "fonts", family, file));
      }
    }
  }
}
writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 1));
