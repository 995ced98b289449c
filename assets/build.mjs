// Builds static/dist: scripts, the style sheet (Tabler's, cut down to what the pages use, plus our own), the icons'
// sprite and the fonts of the papers. Names carry a hash of the content; manifest.json maps plain names to them.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { PurgeCSS } from "purgecss";
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
  writeFileSync(join(dist, `${file}.br`), brotliCompressSync(content));
  writeFileSync(join(dist, `${file}.gz`), gzipSync(content, { level: 9 }));
  manifest[name] = file;
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
const own = readFileSync("assets/css/app.css", "utf8");
const style = await build({
  stdin: { contents: purged[0].css.replace(/@charset[^;]*;/, "") + own, loader: "css" },
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
