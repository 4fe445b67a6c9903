import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mark, MarkType, Text } from '@trunkline/contracts';
import { htmlStyle } from './html.ts';
import { renderMarkup } from './marks.ts';

const style = htmlStyle({ spoiler: 'x-spoiler', mention: (id) => `app://user/${id}` });

test('every mark is written in its way, and what has no address stays plain', () => {
  const cases: readonly (readonly [Partial<Mark>, string])[] = [
    [{ type: MarkType.MARK_TYPE_BOLD }, '<b>a&lt;b</b>'],
    [{ type: MarkType.MARK_TYPE_ITALIC }, '<i>a&lt;b</i>'],
    [{ type: MarkType.MARK_TYPE_UNDERLINE }, '<u>a&lt;b</u>'],
    [{ type: MarkType.MARK_TYPE_STRIKETHROUGH }, '<s>a&lt;b</s>'],
    [{ type: MarkType.MARK_TYPE_CODE }, '<code>a&lt;b</code>'],
    [{ type: MarkType.MARK_TYPE_QUOTE }, '<blockquote>a&lt;b</blockquote>'],
    [{ type: MarkType.MARK_TYPE_SPOILER }, '<x-spoiler>a&lt;b</x-spoiler>'],
    [{ type: MarkType.MARK_TYPE_PRE }, '<pre>a&lt;b</pre>'],
    [{ type: MarkType.MARK_TYPE_PRE, language: 'c"' }, '<pre><code class="language-c&quot;">a&lt;b</code></pre>'],
    [{ type: MarkType.MARK_TYPE_LINK, href: 'https://a.example/?"' }, '<a href="https://a.example/?&quot;">a&lt;b</a>'],
    [{ type: MarkType.MARK_TYPE_LINK }, 'a&lt;b'],
    [{ type: MarkType.MARK_TYPE_MENTION, platformPartyId: '7' }, '<a href="app://user/7">a&lt;b</a>'],
    [{ type: MarkType.MARK_TYPE_MENTION }, 'a&lt;b'],
    [{ type: MarkType.MARK_TYPE_UNSPECIFIED }, 'a&lt;b'],
  ];
  for (const [mark, written] of cases) {
    const text = Text.create({ plain: 'a<b', marks: [Mark.create({ ...mark, offset: 0, length: 3 })] });
    assert.equal(renderMarkup(text, style), written);
  }
});
