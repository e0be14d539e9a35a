/** @file The field's texts in simplified Chinese. */
import type { Messages } from './en.ts';

export default {
  label: '衣物照片',
  choose: '选择照片',
  chooseAnother: '换一张照片',
  takePhoto: '拍照',
  dropOrPaste: '也可以拖放或粘贴到这里',
  hint: '我们会先缩小照片再发送。',
  hintLocal: '照片不会离开您的设备。',

  preparing: '正在打开照片…',
  uploading: '正在发送照片…',
  classifying: '正在识别衣物…',
  rateLimited: '短时间内发送的照片过多，我们会自动重试。',
  noResponse: '服务暂时没有响应，我们会自动重试。',
  retryIn: '{seconds}后重试',
  offline: '您已离线，恢复连接后会自动继续。',
  cancel: '取消',
  cancelled: '已取消。',
  retry: '重试',
  remove: '移除',
  removed: '照片已移除。',
  preview: '您的照片',

  unsure: '可能是：{label}',
  abstained: {
    'no-garment': '我们没能认出衣物。请把衣物放在纯色的平面上，在光线充足处重新拍一张。',
    'poor-mask': '我们看不清衣物的边缘。用纯色背景、在光线充足处拍摄效果更好。',
    'low-score': '有几种可能。请在下面选择正确的一种。',
  },
  mostLikely: '最可能的种类',
  question: '对吗？',
  yes: '对',
  correct: '不对，是…',
  networkInput: '电脑看到的样子',
  networkInputText: '电脑只看到您的衣物的这 28 × 28 个灰色小点。',
  computedLocally: '在您的设备上计算。',

  missing: '请选择一张衣物照片。',
  stillWorking: '我们还在识别照片，请稍候。',
  confirm: '我们对这张照片没有把握。请确认或更正我们的答案，或换一张照片。',

  problems: {
    unreadable: '无法将此文件作为照片打开。请选择 JPEG 或 PNG 文件。',
    heic: '此浏览器无法打开 HEIC 照片。请另存为 JPEG，或换一张照片。',
    tooLarge: '照片太大。请选择小于 60 MB 的照片。',
    tooManyRequests: '短时间内发送的照片过多，请稍后再试。',
    unreachable: '照片未能发送。请检查网络连接后重试。',
    securityCheck: '安全验证未通过。请刷新页面后重试。',
    device: '您的浏览器无法处理这张照片。请重试，或换一个浏览器。',
    service: '我们这边出了问题，请过几分钟再试。',
    setup: '此栏目设置有误，请告知网站所有者。',
  },

  labels: {
    'T-shirt/top': 'T恤或上衣',
    Trouser: '裤子',
    Pullover: '套头衫',
    Dress: '连衣裙',
    Coat: '外套',
    Sandal: '凉鞋',
    Shirt: '衬衫',
    Sneaker: '运动鞋',
    Bag: '包',
    'Ankle boot': '短靴',
  },
} satisfies Messages;
